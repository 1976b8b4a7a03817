// Reason String and User Properties, as many of them as fit.
#include "mqtt/connection/explanation.h"

#include <utility>

namespace mqtt {

bool fit_explanation(Properties& properties, bool (*fits)(void*), void* context) {
  if (fits(context)) return true;
  if (!properties.reason_string && properties.user_properties.empty()) return false;
  auto user_properties = std::exchange(properties.user_properties, {});
  if (fits(context)) return true;
  properties.reason_string.reset();
  properties.user_properties = std::move(user_properties);
  if (fits(context)) return true;
  properties.user_properties.clear();
  return fits(context);
}

}  // namespace mqtt
