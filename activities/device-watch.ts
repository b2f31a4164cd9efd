const lookEveryMs = 2_000;

/** Looks how much device memory is in use while work is done, where the device tells; the most that was seen. */
export function watchMemory(usedMb: (() => Promise<number | undefined>) | undefined): {
  stop(): Promise<number | undefined>;
} {
  let most: number | undefined;
  let looking: Promise<void> = Promise.resolve();
  const look = async () => {
    const used = await usedMb?.();
    if (used !== undefined) most = Math.max(most ?? 0, used);
  };
  const timer = setInterval(() => {
    looking = look();
  }, lookEveryMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await looking;
      await look();
      return most;
    },
  };
}
