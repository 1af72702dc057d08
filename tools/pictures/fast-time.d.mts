export type FastClock = { readonly begin: number; readonly past: number; readonly speed: number };
export function caughtUpAt(clock: FastClock): number;
export function shownAt(clock: FastClock, realTime: number): number;
export function realAt(clock: FastClock, shownTime: number): number;
