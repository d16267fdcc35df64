import { Box } from 'ink';
import type { ReactElement } from 'react';
import { Lines } from './Lines.tsx';
import type { Drawn } from './screens.ts';

export interface TriageProps {
  readonly drawn: Drawn;
  /** Of the body. */
  readonly height: number;
  readonly hasColor: boolean;
}

/** The whole screen: head, body, foot. */
export function Triage({ drawn, height, hasColor }: TriageProps): ReactElement {
  return (
    <Box flexDirection="column">
      <Lines lines={drawn.head} height={drawn.head.length} hasColor={hasColor} />
      <Lines lines={drawn.body} height={height} hasColor={hasColor} />
      <Lines lines={drawn.foot} height={drawn.foot.length} hasColor={hasColor} />
    </Box>
  );
}
