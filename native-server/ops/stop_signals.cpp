// Waits for a signal among the reactor's other events, so that its handler may do anything.
#include "ops/stop_signals.h"

#include <csignal>
#include <utility>

namespace wasmqtt {

StopSignals::StopSignals(asio::io_context& io, std::function<void(const char* name)> on_stop)
    : signals_(io, SIGINT, SIGTERM) {
  signals_.async_wait([this, on_stop = std::move(on_stop)](const asio::error_code& error, int number) {
    if (error) return;
    signals_.clear();
    on_stop(number == SIGINT ? "SIGINT" : "SIGTERM");
  });
}

}  // namespace wasmqtt
