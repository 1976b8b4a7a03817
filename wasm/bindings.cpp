// The machines as JavaScript sees them: the one file that knows Embind. Compiled into both modules; make_machines()
// tells them apart.
#include <emscripten/bind.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "machines.h"

namespace wasmqtt {
namespace {

// Numbers cross as they are; instants as doubles, so that a day count of decades and `never` (Infinity) fit.
class Bindings {
 public:
  std::uintptr_t reserve(std::uint32_t octets) { return reinterpret_cast<std::uintptr_t>(machines_->reserve(octets)); }

  double step(std::uint32_t length, double now) {
    const mqtt::Instant deadline =
        machines_->step(length, mqtt::Instant(mqtt::Duration(static_cast<std::int64_t>(now))));
    if (deadline == mqtt::kNever) return std::numeric_limits<double>::infinity();
    return static_cast<double>(deadline.time_since_epoch().count());
  }

  std::uintptr_t results() const { return reinterpret_cast<std::uintptr_t>(&machines_->results()); }
  std::uintptr_t statistics() { return reinterpret_cast<std::uintptr_t>(machines_->statistics()); }

 private:
  std::unique_ptr<Machines> machines_ = make_machines();
};

}  // namespace
}  // namespace wasmqtt

EMSCRIPTEN_BINDINGS(wasmqtt) {
  emscripten::class_<wasmqtt::Bindings>("Machines")
      .constructor<>()
      .function("reserve", &wasmqtt::Bindings::reserve)
      .function("step", &wasmqtt::Bindings::step)
      .function("results", &wasmqtt::Bindings::results)
      .function("statistics", &wasmqtt::Bindings::statistics);
}
