import { expect, test } from "vitest";
import { blockTimes, type CoinName, coinOfSoftware, isCoinName } from "../../../src/chains/bitcoin/coins.ts";

test.each<[string, CoinName | undefined]>([
  ["/Satoshi:0.16.3/", "bitcoin"],
  ["/Satoshi:30.1.0(a comment)/", "bitcoin"],
  ["/Satoshi:27.1.0/Knots:20240801/", "bitcoin"],
  ["/btcwire:0.5.0/btcd:0.26.2/", "bitcoin"],
  ["/LitecoinCore:0.21.2.1/", "litecoin"],
  ["/Shibetoshi:1.14.9/", "dogecoin"],
  ["/Bitcoin Cash Node:27.1.0(EB32.0)/", "bitcoincash"],
  ["/BCH Unlimited:2.0.0(EB32; AD12)/", "bitcoincash"],
  ["/Dash Core:21.1.0/", "dash"],
  ["/MagicBean:6.0.0/", "zcash"],
  ["/Zebra:3.0.0/", "zcash"],
  // Coins that are not known here.
  ["/Bitcoin ABC:0.30.0(EB32.0)/", undefined],
  ["/SatoshiX:1.0/", undefined],
  ["Satoshi:1.0", undefined],
  ["/", undefined],
  ["", undefined],
  [`/${"Satoshi".repeat(5000)}`, undefined],
])("%s", (subversion, coin) => {
  expect(coinOfSoftware(subversion)).toBe(coin);
});

test.each<[CoinName, number]>([
  ["bitcoin", 600],
  ["litecoin", 150],
  ["dogecoin", 60],
  ["bitcoincash", 600],
  ["dash", 150],
  ["zcash", 75],
])("%s has a block every %s s", (coin, blockSeconds) => {
  expect(blockTimes(coin, "main")).toEqual({ blockSeconds, minBlockSeconds: blockSeconds / 2 });
  // Test networks are flooded with blocks at times.
  for (const network of ["test", "testnet4", "signet"]) {
    expect(blockTimes(coin, network)).toEqual({ blockSeconds, minBlockSeconds: 0 });
  }
  for (const network of ["regtest", "simnet", undefined]) {
    expect(blockTimes(coin, network)).toEqual({ blockSeconds: undefined, minBlockSeconds: 0 });
  }
});

test("names of coins are own names", () => {
  expect(["bitcoin", "zcash", "toString", "btc", ""].map(isCoinName)).toEqual([true, true, false, false, false]);
});
