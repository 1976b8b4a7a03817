// A machine's output -> its link.
#pragma once

#include <array>
#include <cstddef>
#include <span>

#include "mqtt/connection/output_queue.h"
#include "net/link.h"
#include "net/tcp_link.h"

namespace wasmqtt {

// Offers what waits in `output` until all of it is gone or the link takes no more, and tells `consume` how many bytes
// went; false when some are left, and on_writable() will come.
template <typename Consume>
bool write_output(Link& link, const mqtt::OutputQueue& output, Consume&& consume) {
  std::array<Bytes, kMaximumWriteParts> parts;
  while (!output.empty()) {
    const std::span<const Bytes> gathered = std::span(parts).first(output.gather(parts));
    std::size_t offered = 0;
    for (const Bytes part : gathered)
      offered += part.size();
    const std::size_t taken = link.write(gathered);
    if (taken > 0) consume(taken);
    if (taken < offered) return false;
  }
  return true;
}

}  // namespace wasmqtt
