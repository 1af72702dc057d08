export function chart(task: {
  readonly root: string;
  readonly out: string;
  readonly version: string;
  readonly epoch: number;
}): Promise<readonly string[]>;
