/** Families of the catalogue without a panel, and the reasons. */
export const unusedFamilies: Readonly<Record<string, string>> = {
  p2p_wire_connection_counters_start_timestamp_seconds:
    "explains the byte counters of a connection, whose rate panels show",
  p2p_wire_plugin_page_timestamp_seconds:
    "the age of the plugin's values, which is a minute at most while the page is up",
};
