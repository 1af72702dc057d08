export function lateModules(code: string): string;
