export function thirdPartyLicences(inputs: readonly string[], root: string): string;
