/** How a benchmark speaks and ends. */

export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** An error is one sentence and exit code 1. */
export async function runBenchmark(main: () => Promise<void>): Promise<never> {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
  // Pages that were closed linger in their channels for a while; nothing of it is of interest.
  process.exit();
}
