/**
 * The gateway of this machine's default route: from inside a bridged container, the machine that runs the container.
 *
 * @param table the text of Linux's `/proc/net/route`
 * @returns an IPv4 address, or undefined when the table has no default route through a gateway
 */
export function defaultRoute(table: string): string | undefined {
  for (const line of table.split('\n').slice(1)) {
    const [, destination, gateway, flags] = line.trim().split(/\s+/);
    if (destination === '00000000' && gateway !== undefined && (Number.parseInt(flags ?? '', 16) & RTF_GATEWAY) !== 0)
      // The kernel prints the address as a number of the machine's byte order; every machine that Node runs on here is little-endian.
      return [...Buffer.from(gateway, 'hex')].reverse().join('.');
  }
  return undefined;
}

/** Set in the flags of a route that goes through a gateway (linux/route.h). */
const RTF_GATEWAY = 0x2;
