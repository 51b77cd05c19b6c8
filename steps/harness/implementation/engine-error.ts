/** The engine's own message in an error of its client, without the client's wrapping. */
export function engineWords(error: unknown): string {
  const { json, message } = error as { readonly json?: { readonly message?: string }; readonly message: string };
  return (json?.message ?? message).replace(/^\(HTTP code \d+\) /, '').trim();
}
