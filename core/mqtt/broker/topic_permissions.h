// Topic filters that a host gives a client -> what the client may publish and subscribe to.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mqtt {

// For the answers of a BrokerAuthority.
struct TopicPermissions {
  // Plain filters, each a permission; nullopt: everything is allowed.
  std::optional<std::vector<std::string>> publish{};
  std::optional<std::vector<std::string>> subscribe{};

  bool may_publish(std::string_view topic) const;
  // A valid filter, of a shared subscription or plain. It is allowed if one permission covers all that it matches.
  bool may_subscribe(std::string_view topic_filter) const;
};

}  // namespace mqtt
