// Many small reads -> fewer and larger ones.
#pragma once

#include <chrono>
#include <cstddef>
#include <utility>

#include <asio/io_context.hpp>

#include "net/tcp.h"

namespace wasmqtt {

// Brokers write each message by itself. One by one, many of them would cost the reader a wake-up each, and the broker
// the waking; and a browser behind it a frame each, of which it takes some 20,000 a second. So when a millisecond had
// many reads, what comes in the next ten is left to gather for a moment between two small reads.
class Gathering {
 public:
  explicit Gathering(asio::io_context& io) : timer_(io.get_executor()) {}

  // After a read of so many bytes: true when the link had better be paused until `resume` is called, which is not done
  // after cancel().
  template <typename Resume>
  bool begins_after(std::size_t bytes, Resume&& resume) {
    if (!is_worth_it(bytes)) return false;
    timer_.expires_after(kGathering);
    timer_.async_wait([resume = std::forward<Resume>(resume)](const asio::error_code& error) {
      if (!error) resume();
    });
    return true;
  }
  void cancel() { timer_.cancel(); }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr auto kGathering = std::chrono::microseconds(200);

  bool is_worth_it(std::size_t bytes);

  Timer timer_;
  bool gathers_ = false;
  Clock::time_point phase_end_;  // until then gathers_ stays as it is
  unsigned reads_ = 0;           // in this phase
};

}  // namespace wasmqtt
