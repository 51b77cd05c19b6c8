/** A name with its version where there is one: "Acme IoT Hub 3.2.1". */
export function named({ name, version }: { readonly name: string; readonly version?: string | undefined }): string {
  return version === undefined ? name : `${name} ${version}`;
}
