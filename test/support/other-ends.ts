/** The other ends of a plan's sessions, each a BIRD 2 with a static configuration: it tells its routes, and takes whatever it is told. */
import type { FamilyPlan, Plan, Session } from '../../src/plan/plan.js';
import { fedRoutes } from './fed-routes.js';

/** One other end. */
export interface OtherEnd {
  /** The session, as the host under test calls it. */
  readonly protocolName: string;
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly routerId: string;
  readonly config: string;
  /** How many routes it tells. */
  readonly toldCount: number;
}

/** The other ends of all sessions of `plan`. */
export function otherEndsOf(plan: Plan): readonly OtherEnd[] {
  return [plan.ipv4, plan.ipv6].flatMap((part) =>
    part.sessions.map((session, index) => otherEndOf(plan, part, session, index + 1)),
  );
}

function otherEndOf(plan: Plan, part: FamilyPlan, session: Session, speaker: number): OtherEnd {
  const { family } = part;
  const routes = fedRoutes(part, speaker);
  const routerId = `10.${family === 'ipv4' ? 4 : 6}.0.${speaker}`;
  const attributes = routes
    .filter((route) => route.attributes !== '')
    .map(({ prefix, attributes: text }) => `  if (net = ${prefix}) then { ${text} }`);
  const config = [
    `log stderr all;`,
    `router id ${routerId};`,
    'protocol device { }',
    `protocol static { ${family};`,
    ...routes.map(({ prefix }) => `  route ${prefix} blackhole;`),
    '}',
    'filter told {',
    '  if (source != RTS_STATIC) then { reject; }',
    ...attributes,
    '  accept;',
    '}',
    'protocol bgp node {',
    ...termsOf(plan, part, session),
    `  ${family} { import all; export filter told; add paths on; };`,
    '}',
  ];
  return {
    protocolName: session.protocolName,
    address: session.remoteAddress,
    ...{ family, routerId },
    config: `${config.join('\n')}\n`,
    toldCount: routes.length,
  };
}

function termsOf(plan: Plan, part: FamilyPlan, session: Session): readonly string[] {
  const port = session.remotePort === undefined ? '' : `port ${session.remotePort} `;
  const neighborPort = plan.listenPort === undefined ? '' : `port ${plan.listenPort} `;
  const { ttlSecurityHops, password } = session;
  return [
    `  local ${session.remoteAddress} ${port}as ${session.remoteAsn};`,
    `  neighbor ${part.localAddress} ${neighborPort}as ${session.localAsn ?? part.localAsn};`,
    '  strict bind on;',
    // Whatever our own AS number has to do with it, it is shown.
    '  allow local as 9;',
    '  graceful restart;',
    '  connect delay time 1; connect retry time 1; error wait time 1, 2;',
    ttlSecurityHops === undefined
      ? '  multihop;'
      : `  ttl security on; multihop ${ttlSecurityHops};`,
    ...(password === undefined ? [] : [`  password "${password.reveal()}";`]),
  ];
}
