export function lateModules(codes: ReadonlyMap<string, string>): ReadonlyMap<string, string>;
