/** Why a connection was closed, as the metric tells it. The set is closed. */
export const CLOSE_REASONS = ["address_share", "all_in_use", "requests_waiting", "answers_unread"] as const;

export type CloseReason = (typeof CLOSE_REASONS)[number];
