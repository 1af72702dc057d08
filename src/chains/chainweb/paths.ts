/** The path of an API of a network (src/Chainweb/RestAPI/Utils.hs: the version of the API is 0.0). */
export function networkPath(network: string, rest: string): string {
  return `/chainweb/0.0/${network}/${rest}`;
}
