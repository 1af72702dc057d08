// The height now and some time ago, compared by an operator, of nodes whose head would have moved in that time: by the usual time
// between two blocks of their chain, and not of nodes that are polled too rarely to know.
local compared(operator) = |||
  (
      p2p_node_head_height %(operator)s (p2p_node_head_height offset 2m)
        and p2p_node_block_interval_seconds <= 1
        and p2p_node_poll_interval_seconds <= 60
    or
      p2p_node_head_height %(operator)s (p2p_node_head_height offset 7m)
        and p2p_node_block_interval_seconds > 1 <= 10
        and p2p_node_poll_interval_seconds <= 210
    or
      p2p_node_head_height %(operator)s (p2p_node_head_height offset 40m)
        and p2p_node_block_interval_seconds > 10 <= 120
        and p2p_node_poll_interval_seconds <= 600
    or
      p2p_node_head_height %(operator)s (p2p_node_head_height offset 3h)
        and p2p_node_block_interval_seconds > 120 <= 600
        and p2p_node_poll_interval_seconds <= 2700
  )
||| % { operator: operator };

{
  // Nodes whose head stands still: their height.
  stalled:: compared('<='),

  // The same nodes with 1, those whose head moves with 0.
  isStalled:: compared('<= bool'),

  // Nodes on another branch than the others: the depth of the fork.
  forked:: 'max without (reference) (p2p_node_fork_depth_blocks) > p2p_node_reorg_depth_blocks',
}
