// A machine's next deadline -> a call when it has come.
#pragma once

#include <functional>
#include <utility>

#include <asio/io_context.hpp>

#include "mqtt/base/time.h"
#include "net/clock.h"
#include "net/tcp.h"

namespace wasmqtt {

// Deadlines mostly move away while the timer runs (every packet moves a keep alive). It is only set anew to come
// sooner; coming too soon costs a look.
class DeadlineTimer {
 public:
  DeadlineTimer(asio::io_context& io, std::function<void()> on_due)
      : timer_(io.get_executor()), on_due_(std::move(on_due)) {}

  void arm(mqtt::Instant deadline) {
    if (is_stopped_ || deadline >= at_) return;
    at_ = deadline;
    timer_.expires_at(to_time_point(deadline));
    timer_.async_wait([this](const asio::error_code& error) {
      if (error) return;  // set anew, or stopped
      at_ = mqtt::kNever;
      on_due_();
    });
  }
  // For good.
  void stop() {
    is_stopped_ = true;
    timer_.cancel();
  }

 private:
  Timer timer_;
  std::function<void()> on_due_;
  mqtt::Instant at_ = mqtt::kNever;
  bool is_stopped_ = false;
};

}  // namespace wasmqtt
