// The experiment: publishers and subscribers on one thread, and the account of what arrived.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "load_options.h"
#include "peer.h"

namespace wasmqtt::load {

struct Report {
  double seconds = 0;
  std::uint64_t sent = 0;      // by publishers, in the measured time
  std::uint64_t received = 0;  // by subscribers, in the measured time
  std::uint64_t lost = 0;      // over the whole run, after everything in flight had time to arrive
  std::uint64_t duplicates = 0;
  std::uint64_t out_of_order = 0;
  double own_cpu = 0;                          // share of one core that the generator used while measuring
  double server_cpu = 0;                       // the same of --server-pid
  std::vector<double> latency_percentiles_us;  // 50, 90, 99, 99.9
  // 50, 99: how much later than due a paced message was sent. Latencies below are the generator's own doing.
  std::vector<double> lateness_percentiles_us;
  std::string to_json(const Options& options) const;
};

// Connects, warms up, measures, drains, disconnects. Throws std::runtime_error with a sentence.
Report run(const Options& options);

}  // namespace wasmqtt::load
