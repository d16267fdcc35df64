import { Box } from 'ink';
import type { ReactElement } from 'react';
import { Lines } from './Lines.tsx';
import type { Drawn } from './screens.ts';

export interface TriageProps {
  readonly drawn: Drawn<string>;
  /** Of the body. */
  readonly height: number;
}

/** The whole screen: head, body, foot. */
export function Triage({ drawn: { head, body, foot }, height }: TriageProps): ReactElement {
  return (
    <Box flexDirection="column">
      <Lines lines={head} height={head.length} />
      <Lines lines={body} height={height} />
      <Lines lines={foot} height={foot.length} />
    </Box>
  );
}
