/** The TCP port of BGP, which needs no word (RFC 4271 section 8.2.1). */
export const BGP_PORT = 179;

/** A port that has to be said: none where it is that of BGP. */
export function unlessDefault(port: number | undefined): number | undefined {
  return port === BGP_PORT ? undefined : port;
}
