/** The order in which test files start: the longest first, so that none of them runs alone at the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/**
 * Files that take long, the longest first, by their paths' ends. Times change with the machine and the order is not exact; a file
 * that isn't here comes later, and that costs seconds at most.
 */
const LONGEST = [
  'package/package.test.ts',
  'package/bird-restarts.test.ts',
  'package/service.test.ts',
  'image/image.test.ts',
  'image/guarantees.test.ts',
  'package/guarantees.test.ts',
  'e2e/redundancy.test.ts',
  'e2e/walkthrough.test.ts',
  'e2e/bgp-verbs.test.ts',
  'e2e/ipip.test.ts',
  'e2e/status.test.ts',
  'e2e/live-move.test.ts',
  'e2e/sessions-hold.test.ts',
  'package/service-faults.test.ts',
  'package/bird-starts.test.ts',
  'package/documentation.test.ts',
  'e2e/port-taken.test.ts',
  'e2e/topologies.test.ts',
  'scenarios/scenarios.test.ts',
  'e2e/reflector.test.ts',
  'e2e/held-state.test.ts',
  'unit/plan/reachability/lost-pairs.test.ts',
  'e2e/recovery.test.ts',
  'image/health.test.ts',
  'bird/crash.test.ts',
  'e2e/demo.test.ts',
  'etcd2/faults.test.ts',
  'unit/plan/reachability/brute-force.test.ts',
  // Not at the start, for it would wait for the first one to build the image.
  'image/sidecar.test.ts',
];
/** After those: what waits for real programs, before what computes. */
const FOLDERS = [
  'package',
  'e2e',
  'image',
  'container',
  'etcd',
  'etcd2',
  'netns',
  'bird',
  'bench',
  'properties',
];

/** See the head of this file. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const others = await super.sort(files);
    return others.sort((a, b) => rankOf(a.moduleId) - rankOf(b.moduleId));
  }
}

function rankOf(path: string): number {
  const place = LONGEST.findIndex((end) => path.endsWith(end));
  if (place >= 0) {
    return place;
  }
  const folder = FOLDERS.findIndex((name) => path.includes(`/test/${name}/`));
  return LONGEST.length + (folder >= 0 ? folder : FOLDERS.length);
}
