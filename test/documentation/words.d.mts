export type Phrase = { readonly line: number; readonly phrase: string; readonly instead: string };
export function phrasesIn(text: string): readonly Phrase[];
export function readableText(path: string, text: string): string;
export function filesAt(path: string): readonly string[];
export function findingsIn(path: string): readonly string[];
