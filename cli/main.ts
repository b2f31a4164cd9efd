import { CommanderError } from 'commander';
import { PlusctError } from '../domain/errors.js';
import { program } from './program.js';
import { systemFault } from './system-fault.js';
import { WrongOption } from './wrong-option.js';

/** Exit codes: 0 done, 1 it went wrong, 2 the command line is wrong, 3 the rules refused. */
async function main(): Promise<void> {
  try {
    await program().parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else {
      // What plusct or the system knows is one clear sentence; anything else is a fault of plusct and needs its stack.
      console.error(error instanceof PlusctError ? error.message : (systemFault(error) ?? error));
      process.exitCode = error instanceof WrongOption ? 2 : 1;
    }
  }
}

// Whoever reads the output may have seen enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
await main();
