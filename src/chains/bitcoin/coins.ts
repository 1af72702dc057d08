/**
 * The coins of the family. Their nodes have one API and call their networks alike ("main"), so what tells them apart is the
 * name that a node has in the configuration, or the software that it names.
 */
const COIN_NAMES = ["bitcoin", "litecoin", "dogecoin", "bitcoincash", "dash", "zcash"] as const;
export type CoinName = (typeof COIN_NAMES)[number];

type Coin = {
  /** Usual seconds between two blocks. */
  readonly blockSeconds: number;
  /** What its nodes call themselves, before the version, in lower case. */
  readonly software: readonly string[];
};

const COINS: Readonly<Record<CoinName, Coin>> = {
  bitcoin: { blockSeconds: 600, software: ["satoshi", "btcwire", "btcd"] },
  litecoin: { blockSeconds: 150, software: ["litecoincore"] },
  dogecoin: { blockSeconds: 60, software: ["shibetoshi"] },
  bitcoincash: { blockSeconds: 600, software: ["bitcoin cash node", "bch unlimited", "bchd"] },
  dash: { blockSeconds: 150, software: ["dash core"] },
  zcash: { blockSeconds: 75, software: ["magicbean", "zebra"] },
};

export function isCoinName(name: string): name is CoinName {
  return Object.hasOwn(COINS, name);
}

/** @param subversion as `/LitecoinCore:0.21.2.1/`; undefined: it is that of no coin that is known here */
export function coinOfSoftware(subversion: string): CoinName | undefined {
  const [, name = ""] = /^\/([^:/]{1,64})[:/]/.exec(subversion) ?? [];
  return COIN_NAMES.find((coin) => COINS[coin].software.includes(name.toLowerCase()));
}

/** Blocks may come faster than intended while the hash rate grows, but not twice as fast for long. */
const FASTEST_SHARE = 0.5;

type BlockTimes = {
  /** Absent: blocks are made on request, or the network is not known. */
  readonly blockSeconds: number | undefined;
  /** 0: no limit. */
  readonly minBlockSeconds: number;
};

/**
 * @param network as getblockchaininfo names it; test networks allow a block of the lowest difficulty after 20 minutes, and are
 * flooded with blocks at times
 */
export function blockTimes(coin: CoinName, network: string | undefined): BlockTimes {
  const { blockSeconds } = COINS[coin];
  if (network === "main") return { blockSeconds, minBlockSeconds: blockSeconds * FASTEST_SHARE };
  // simnet is btcd's regtest.
  const isOnRequest = network === undefined || network === "regtest" || network === "simnet";
  return { blockSeconds: isOnRequest ? undefined : blockSeconds, minBlockSeconds: 0 };
}
