export function shuffle<T>(items: readonly T[], seed: number): T[];
