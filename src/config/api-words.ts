/**
 * What stands in URLs of nodes and is no secret: names of APIs, of networks and of programs. Anything else in a path or query may be a
 * token, as hosted gateways put theirs there. The list is closed on purpose: a word that is missing costs a `<secret>` in a text of a
 * node, one too many could cost a secret.
 */
const API_WORDS: ReadonlySet<string> = new Set([
  ...["json_rpc", "jsonrpc", "rpc", "api", "http", "https", "public", "private", "node", "nodes", "service", "p2p"],
  ...["v1", "v2", "v3", "chain", "get_info", "net", "connections", "prometheus", "metrics", "status", "health"],
  ...["get_connections", "get_net_stats", "get_limit", "in_peers", "out_peers", "get_version", "get_peer_list"],
  ...["chainweb", "0.0", "cut", "peer", "peers", "info", "mempool", "pact", "header", "height", "payload"],
  ...["mainnet01", "testnet04", "testnet05", "testnet06", "development", "recap-development", "fast-development"],
  ...["mainnet", "testnet", "stagenet", "fakechain", "devnet", "localnet", "jungle", "jungle4", "kylin"],
  ...["monero", "monerod", "wire", "nodeop", "nodeos", "antelope", "leap", "spring", "eosio", "kadena"],
  ...["chainweb-node", "localhost", "index.html"],
  // Names of parameters, whose values are the secrets.
  ...["apikey", "api_key", "api-key", "access_token", "access-token", "accesstoken", "auth_token", "token", "key"],
  ...["secret", "password", "username", "project", "projectid", "project_id", "client", "client_id", "format"],
]);

/** Whether a part of a URL, or a user name, is a word that everybody uses. */
export function isApiWord(text: string): boolean {
  return API_WORDS.has(text.toLowerCase());
}
