// Texts and pairs as they are, or none of them.
#include "mqtt/broker/said_by.h"

#include <utility>

#include "mqtt/codec/encode.h"

namespace mqtt {

Properties sayable(Properties said) {
  return check_encodable(said) ? std::move(said) : Properties();
}

Properties said_by(const Permission& permission) {
  Properties said;
  if (!permission.reason_string.empty()) said.reason_string = permission.reason_string;
  said.user_properties.assign(permission.user_properties.begin(), permission.user_properties.end());
  return sayable(std::move(said));
}

Properties said_by(const Verdict& verdict) {
  Properties said;
  if (!verdict.reason_string.empty()) said.reason_string = verdict.reason_string;
  for (const auto& [name, value] : verdict.user_properties)
    said.user_properties.push_back({name, value});
  if (!verdict.server_reference.empty()) said.server_reference = verdict.server_reference;
  return sayable(std::move(said));
}

}  // namespace mqtt
