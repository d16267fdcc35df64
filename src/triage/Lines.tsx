import { Box, Text } from 'ink';
import type { ReactElement } from 'react';

export interface LinesProps {
  /** Each fits the terminal. */
  readonly lines: readonly string[];
  readonly height: number;
}

/** Lines, drawn in a box of so many, and no more than those. Ink would measure every character of what it is to clip. */
export function Lines({ lines, height }: LinesProps): ReactElement {
  return (
    <Box flexDirection="column" height={height}>
      <Text wrap="truncate-end">{lines.join('\n')}</Text>
    </Box>
  );
}
