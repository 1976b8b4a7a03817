// The machines as JavaScript sees them: the one file that knows Embind. Compiled into both modules; make_machines()
// tells them apart.
#include <emscripten/bind.h>

#include <cstdint>
#include <limits>
#include <memory>

#include "machines.h"

namespace wasmqtt {
namespace {

// Each instance of a module has one set of machines, which lives as long as its memory. So functions do, which take a
// third less of Embind's JavaScript than a class.
Machines& machines = *make_machines().release();

// Numbers cross as they are; instants as doubles, so that a day count of decades and `never` (Infinity) fit.
std::uintptr_t reserve(std::uint32_t octets) {
  return reinterpret_cast<std::uintptr_t>(machines.reserve(octets));
}

double step(std::uint32_t length, double now) {
  const mqtt::Instant deadline = machines.step(length, mqtt::Instant(mqtt::Duration(static_cast<std::int64_t>(now))));
  if (deadline == mqtt::kNever) return std::numeric_limits<double>::infinity();
  return static_cast<double>(deadline.time_since_epoch().count());
}

std::uintptr_t results() {
  return reinterpret_cast<std::uintptr_t>(&machines.results());
}

std::uintptr_t statistics() {
  return reinterpret_cast<std::uintptr_t>(machines.statistics());
}

}  // namespace
}  // namespace wasmqtt

// Embind would name a type that nobody registered by its address, which is all that brings the C library's printf here:
// a twentieth of the client's module. What is bound below has registered types alone.
extern "C" int siprintf(char*, const char*, ...) {
  __builtin_trap();
}

EMSCRIPTEN_BINDINGS(wasmqtt) {
  emscripten::function("reserve", &wasmqtt::reserve);
  emscripten::function("step", &wasmqtt::step);
  emscripten::function("results", &wasmqtt::results);
  emscripten::function("statistics", &wasmqtt::statistics);
}
