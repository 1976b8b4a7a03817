// What a packet says beyond its reason code, as far as the other end takes it.
#pragma once

#include "mqtt/packet/properties.h"

namespace mqtt {

// One function for all packets, because the code of a packet's encoding is large: calls fits(context).
bool fit_explanation(Properties& properties, bool (*fits)(void*), void* context);

// Reason String and User Properties are no reason to send more than the other end's Maximum Packet Size: leaves out the
// one, the other or both until fits() is true, and answers whether it came to that. fits() looks at the packet that
// `properties` belongs to, and may send it. [MQTT-3.2.2-19] [MQTT-3.2.2-20] [MQTT-3.4.2-2] [MQTT-3.4.2-3] and so on
template <typename Fits>
bool fit_explanation(Properties& properties, Fits fits) {
  return fit_explanation(properties, [](void* context) { return (*static_cast<Fits*>(context))(); }, &fits);
}

}  // namespace mqtt
