// SIGINT and SIGTERM -> one call.
#pragma once

#include <functional>

#include <asio/io_context.hpp>
#include <asio/signal_set.hpp>

namespace wasmqtt {

// The first signal calls `on_stop` with its name; a second one ends the program the way it would without this.
class StopSignals {
 public:
  StopSignals(asio::io_context& io, std::function<void(const char* name)> on_stop);

 private:
  asio::signal_set signals_;
};

}  // namespace wasmqtt
