// What the alerts on heads have in common.

local lib = import 'rule.libsonnet';

// Bands of the usual time between two blocks, each with the one that it begins after.
local BANDS = [
  ['second', null],
  ['tenSeconds', 'second'],
  ['twoMinutes', 'tenSeconds'],
  ['threeMinutes', 'twoMinutes'],
  ['tenMinutes', 'threeMinutes'],
];

// The union of an expression for each band. `text` has %(band)s for the nodes that are in it, and the keys of its thresholds.
// What is the same for all bands is outside of the union: each selector of a metric takes Prometheus as long as the others.
local byBand(config, text) =
  local bands = config.thresholds.head.bands;
  local numbers(name) = { [key]: lib.number(bands[name][key]) for key in std.objectFields(bands[name]) };
  local from(name) = if name == null then '' else ' > ' + numbers(name).blockSeconds;
  lib.fill('(\n    %s\n)\n', std.join('\n  or\n    ', [
    lib.indented(lib.fill(text, numbers(band[0]) {
      band: lib.fill('p2p_node_block_interval_seconds%s <= %s', [from(band[1]), numbers(band[0]).blockSeconds]),
    }), '    ')
    for band in BANDS
  ]));

// The height now and some time ago, compared by an operator.
local compared(config, operator) = lib.fill('p2p_node_head_height %s %s', [operator, byBand(config, |||
  p2p_node_head_height offset %(stalledFor)s
    and %(band)s
    unless p2p_node_poll_interval_seconds > %(stalledMaxPollSeconds)s
|||)]);

{
  // Nodes whose head stands still: their height.
  stalled(config):: compared(config, '<='),

  // The same nodes with 1, those whose head moves with 0.
  isStalled(config):: compared(config, '<= bool'),

  // Nodes on another branch than the others: the depth of the fork.
  forked:: 'max without (reference) (p2p_node_fork_depth_blocks) > p2p_node_reorg_depth_blocks',

  // Nodes whose head block is old by the clocks of Prometheus and of the exporter: its age in seconds. Only the poll that got
  // the peer list has the exporter's time, so without the list Prometheus' clock decides.
  old(config):: lib.fill(|||
    time() - p2p_node_head_timestamp_seconds > p2p_node_poll_interval_seconds + %(polled)s
      unless (
        p2p_node_last_success_timestamp_seconds - p2p_node_head_timestamp_seconds <= %(all)s
          and p2p_node_up == 1
      )
  |||, {
    polled: lib.indented(byBand(config, |||
      %(oldSeconds)s + 0 * (%(band)s)
        and p2p_node_poll_interval_seconds <= %(oldMaxPollSeconds)s
    |||), ''),
    all: lib.indented(byBand(config, |||
      %(oldSeconds)s + 0 * (%(band)s)
    |||), '    '),
  }),

  // Nodes that show their last irreversible block as their head (read-mode=irreversible).
  irreversible:: 'p2p_node_final_height >= p2p_node_head_height',

  // Nodes that have been syncing for most of the time.
  syncing(config):: lib.fill('avg_over_time(p2p_node_syncing[%s]) > %s', [
    config.thresholds.head.syncingRange,
    lib.number(config.thresholds.head.syncingShare),
  ]),
}
