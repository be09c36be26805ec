import type { Etcd3Settings } from './options.js';

/** Options of grpc-js for a channel that is used until its first failure. */
export function channelOptions(settings: Etcd3Settings): object {
  return {
    'grpc.keepalive_time_ms': settings.keepaliveMs,
    'grpc.keepalive_timeout_ms': settings.keepaliveTimeoutMs,
    'grpc.keepalive_permit_without_calls': 1,
    // A batch of history can be larger than the default of 4 MB, and would end the watch each time.
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    // grpc-js obeys http_proxy, which is meant for other traffic.
    'grpc.enable_http_proxy': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.enable_retries': 0,
  };
}
