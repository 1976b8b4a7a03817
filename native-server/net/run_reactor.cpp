// Handles what is ready, looks again for a moment, and only then sleeps: where it pays.
#include "net/run_reactor.h"

#include <algorithm>
#include <chrono>

namespace wasmqtt {
namespace {

using Clock = std::chrono::steady_clock;

// To be put to sleep and woken costs each end of a connection tens of microseconds, in which a hundred messages could
// have been handled. Clients that wait for acknowledgements answer sooner than that.
constexpr auto kLongestLook = std::chrono::microseconds(50);

// Looking in vain takes time from others: after a vain look so many sleeps follow without one, twice as many each time.
constexpr unsigned kMostSleeps = 1024;

// True if something was handled before it was time to sleep.
bool look(asio::io_context& io) {
  const auto end = Clock::now() + kLongestLook;
  do {
    if (io.poll() > 0) return true;
  } while (!io.stopped() && Clock::now() < end);
  return false;
}

}  // namespace

void run_reactor(Reactor& reactor) {
  asio::io_context& io = reactor.io;
  unsigned sleeps_after_vain_look = 1;
  unsigned sleeps = 0;  // to come before the next look
  while (!io.stopped()) {
    if (sleeps == 0) {
      if (look(io)) {
        sleeps_after_vain_look = 1;
        continue;
      }
      sleeps = sleeps_after_vain_look;
      sleeps_after_vain_look = std::min(2 * sleeps_after_vain_look, kMostSleeps);
    }
    --sleeps;
    io.run_one();
    io.poll();
  }
}

}  // namespace wasmqtt
