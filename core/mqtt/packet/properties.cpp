// What Properties are made, copied and ended by; link-time optimisation must not bring it back inline.
#include "mqtt/packet/properties.h"

namespace mqtt {

[[gnu::noinline]] Properties::Properties() = default;
[[gnu::noinline]] Properties::Properties(const Properties&) = default;
[[gnu::noinline]] Properties::Properties(Properties&&) noexcept = default;
[[gnu::noinline]] Properties& Properties::operator=(const Properties&) = default;
[[gnu::noinline]] Properties& Properties::operator=(Properties&&) noexcept = default;
[[gnu::noinline]] Properties::~Properties() = default;

}  // namespace mqtt
