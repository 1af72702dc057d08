{
  // Nodes whose head stands still, by the usual time between two blocks of their chain: their height.
  stalled:: |||
    (
        p2p_node_head_height <= (p2p_node_head_height offset 2m)
          and p2p_node_block_interval_seconds <= 1
          and p2p_node_poll_interval_seconds <= 60
      or
        p2p_node_head_height <= (p2p_node_head_height offset 7m)
          and p2p_node_block_interval_seconds > 1 <= 10
          and p2p_node_poll_interval_seconds <= 210
      or
        p2p_node_head_height <= (p2p_node_head_height offset 40m)
          and p2p_node_block_interval_seconds > 10 <= 120
          and p2p_node_poll_interval_seconds <= 600
      or
        p2p_node_head_height <= (p2p_node_head_height offset 3h)
          and p2p_node_block_interval_seconds > 120 <= 600
          and p2p_node_poll_interval_seconds <= 2700
    )
  |||,
}
