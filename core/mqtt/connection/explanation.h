// What a packet says beyond its reason code, as far as the other end takes it.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "mqtt/packet/properties.h"

namespace mqtt {

// Reason String and User Properties are no reason to send more than the other end's Maximum Packet Size: leaves out the
// one, the other or both until fits() is true, and answers whether it came to that. fits() looks at the packet that
// `properties` belongs to, and may send it. [MQTT-3.2.2-19] [MQTT-3.2.2-20] [MQTT-3.4.2-2] [MQTT-3.4.2-3] and so on
template <typename Fits>
bool fit_explanation(Properties& properties, Fits&& fits) {
  if (fits()) return true;
  if (!properties.reason_string && properties.user_properties.empty()) return false;
  const auto user_properties = std::exchange(properties.user_properties, {});
  if (fits()) return true;
  properties.reason_string.reset();
  properties.user_properties = user_properties;
  if (fits()) return true;
  properties.user_properties.clear();
  return fits();
}

}  // namespace mqtt
