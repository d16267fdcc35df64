import { Box, Text } from 'ink';
import type { ReactElement } from 'react';
import type { Line, Span } from './line.ts';

export interface LinesProps {
  readonly lines: readonly Line[];
  readonly height: number;
  readonly hasColor: boolean;
}

/** Lines, drawn in a box of so many. Without colours they are plain text. */
export function Lines({ lines, height, hasColor }: LinesProps): ReactElement {
  return (
    <Box flexDirection="column" height={height} overflow="hidden">
      {lines.map((line, row) => (
        <Text key={row} wrap="truncate-end">
          {line.length === 0 ? ' ' : hasColor ? line.map(spanElement) : line.map(({ text }) => text).join('')}
        </Text>
      ))}
    </Box>
  );
}

function spanElement({ text, color, bold = false, dim = false, inverse = false }: Span, at: number): ReactElement {
  return (
    <Text key={at} bold={bold} dimColor={dim} inverse={inverse} {...(color && { color })}>
      {text}
    </Text>
  );
}
