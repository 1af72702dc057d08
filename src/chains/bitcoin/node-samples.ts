import type { ChainFamily, ChainSample } from "../../model/chain-family.ts";
import { chainSample, knownSamples, type Outcome, samplesOf } from "../../model/report.ts";
import type { ChainInfo } from "./chain-info.ts";
import { type ChainTips, OTHER_STATUSES, TIP_STATUSES } from "./chain-tips.ts";
import * as families from "./families.ts";
import type { NetworkInfo } from "./network-info.ts";
import type { AddedNodes, Bans } from "./secondary-answers.ts";
import type { SecondaryAnswers } from "./secondary-calls.ts";

/** Samples about the node itself. */

export function infoSamples(info: Outcome<ChainInfo>): readonly ChainSample[] {
  if (!info.ok) return [];
  const { value } = info;
  return knownSamples(
    [families.HEADERS_HEIGHT, value.headers],
    [families.INITIAL_DOWNLOAD, value.isInitialDownload],
    [families.PROGRESS, value.progress],
    [families.PRUNED, value.isPruned],
    [families.PRUNE_HEIGHT, value.pruneHeight],
    [families.DISK_SIZE, value.diskBytes],
    [families.WARNINGS, value.warnings],
  );
}

/** A node that starts answers no call, so one call tells it, whichever: another may be refused, or was answered before a restart. */
export function warmupSamples(...answers: readonly Outcome<unknown>[]): readonly ChainSample[] {
  const isStarting = answers.some((answer) => !answer.ok && answer.failure.isStarting === true);
  return isStarting || answers.some(({ ok }) => ok) ? [chainSample(families.WARMING_UP, Number(isStarting))] : [];
}

/** @param startSeconds of the node's process */
export function secondarySamples(answers: SecondaryAnswers, startSeconds: number | undefined): readonly ChainSample[] {
  const { totals, network, chain_tips, bans, address_manager, added_nodes } = answers;
  return [
    ...knownSamples(
      [families.START_TIMESTAMP, startSeconds],
      [families.UPLOAD_LEFT, totals?.ok ? totals.value.uploadLeftBytes : undefined],
    ),
    ...samplesOf(network, networkSamples),
    ...samplesOf(chain_tips, tipSamples),
    ...samplesOf(bans, banSamples),
    ...samplesOf(added_nodes, addedSamples),
    ...samplesOf(address_manager, (tables) =>
      [...tables].flatMap(([network, { tried, fresh }]) => [
        chainSample(families.ADDRESSES, tried, [network, "tried"]),
        chainSample(families.ADDRESSES, fresh, [network, "new"]),
      ]),
    ),
  ];
}

function networkSamples({ isActive, timeOffsetSeconds, localAddresses, reachable }: NetworkInfo) {
  return [
    ...knownSamples(
      [families.NETWORK_ACTIVE, isActive],
      [families.TIME_OFFSET, timeOffsetSeconds],
      [families.LOCAL_ADDRESSES, localAddresses],
    ),
    ...[...reachable].map(([name, is]) => chainSample(families.REACHABLE, Number(is), [name])),
  ];
}

function tipSamples({ active, byStatus, longestYoungBranch }: ChainTips): readonly ChainSample[] {
  const leads = OTHER_STATUSES.flatMap((status) => {
    const highest = byStatus.get(status)?.highest;
    return active === undefined || highest === undefined
      ? []
      : [chainSample(families.TIP_LEAD, highest - active, [status])];
  });
  return [
    ...TIP_STATUSES.map((status) => chainSample(families.CHAIN_TIPS, byStatus.get(status)?.tips ?? 0, [status])),
    ...[...byStatus].map(([status, { highest }]) => chainSample(families.TIP_HEIGHT, highest, [status])),
    ...leads,
    chainSample(families.FORK_LENGTH, longestYoungBranch),
  ];
}

function pair(family: ChainFamily, first: readonly [string, number], second: readonly [string, number]) {
  return [first, second].map(([label, value]) => chainSample(family, value, [label]));
}

function banSamples({ addresses, subnets }: Bans): readonly ChainSample[] {
  return pair(families.BANS, ["address", addresses], ["subnet", subnets]);
}

function addedSamples({ connected, away }: AddedNodes): readonly ChainSample[] {
  return pair(families.ADDED_NODES, ["connected", connected], ["away", away]);
}
