// What a host decides about clients: who may connect, publish and subscribe, and by which Authentication Method.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mqtt/base/reason_code.h"
#include "mqtt/broker/connection_id.h"
#include "mqtt/packet/packet.h"

namespace mqtt {

// The answer to a CONNECT or an AUTH.
struct Verdict {
  // Success; ContinueAuthentication, to a client that named an Authentication Method; or why not: a failure that a
  // CONNACK may carry (before 5.0 the client is told the nearest return code).
  ReasonCode reason = ReasonCode::Success;
  // For the client's Authentication Method alone.
  std::optional<std::vector<std::uint8_t>> authentication_data{};
  // Empty: none. To clients that want problem information. [MQTT-3.1.2-29]
  std::string reason_string{};
  // Names and values. A CONNACK or DISCONNECT has them for every client, an AUTH for those that want problem
  // information.
  std::vector<std::pair<std::string, std::string>> user_properties{};
  std::string server_reference{};  // empty: none; with UseAnotherServer and ServerMoved [MQTT5 4.13]
};

// The answer about one message or subscription, and what its acknowledgement says besides the reason, to clients of 5.0
// that want problem information. Views of memory that the host leaves as it is until the broker's call that asked
// returns.
struct Permission {
  ReasonCode reason = ReasonCode::Success;
  std::string_view reason_string{};  // empty: none of the host's own
  std::span<const UserProperty> user_properties{};
};

// Called inside a step: it must not call the broker. Views end with the call. Texts that are not well-formed UTF-8 of
// at most 65,535 bytes, or more than the client's Maximum Packet Size has room for, are left out. The defaults let
// everybody do everything and know no Authentication Method.
class BrokerAuthority {
 public:
  virtual ~BrokerAuthority() = default;

  // A CONNECT that is legal otherwise. nullopt: not known yet. Then the host calls Broker::decide(), and until it does
  // nothing further of this connection is looked at; the connect_timeout goes on.
  virtual std::optional<Verdict> on_connect(ConnectionId, const Connect& connect) {
    return connect.properties.authentication_method ? no_such_method() : Verdict{};
  }
  // The next AUTH of an exchange with the client's Authentication Method, before its CONNACK or, to authenticate
  // again, at any time after it. nullopt as above.
  virtual std::optional<Verdict> on_auth(ConnectionId, const Auth&) { return no_such_method(); }
  // Success, or what a SUBACK says for this filter, NotAuthorized for one.
  virtual Permission may_subscribe(ConnectionId, std::string_view /*client_identifier*/, const SubscribeEntry&) {
    return {};
  }
  // Success, or what a PUBACK or PUBREC says. Of a will it is asked when the client connects. Only when
  // decides_publishes() answered true when the broker was made.
  virtual Permission may_publish(ConnectionId, std::string_view /*client_identifier*/, const Publish&) { return {}; }
  virtual bool decides_publishes() const { return false; }

 private:
  static Verdict no_such_method() {
    return {.reason = ReasonCode::BadAuthenticationMethod,
            .reason_string = "the Authentication Method is not supported"};
  }
};

}  // namespace mqtt
