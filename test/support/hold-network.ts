/** A run that has a network and doesn't end: test/netns ends it. Prints what the names of its namespaces start with. */
import { Network } from './netns.js';

const network = await Network.create(['172.17.42.1/16']);
await network.addHost('node1', { addresses: ['172.17.42.31/16'] });
console.log(network.id);
setInterval(() => network, 60_000);
