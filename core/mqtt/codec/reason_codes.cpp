// The table of section 2.4: reason codes by the packets that use them.
#include "mqtt/codec/reason_codes.h"

#include <array>

namespace mqtt {

namespace {

using PacketSet = std::uint16_t;

template <typename... Types>
constexpr PacketSet packets(Types... types) {
  return static_cast<PacketSet>((0U | ... | (1U << static_cast<unsigned>(types))));
}

struct Row {
  ReasonCode code;
  PacketSet packets;
};

using enum PacketType;

constexpr Row kRows[] = {
    {ReasonCode::Success, packets(Connack, Puback, Pubrec, Pubrel, Pubcomp, Suback, Unsuback, Disconnect, Auth)},
    {ReasonCode::GrantedQoS1, packets(Suback)},
    {ReasonCode::GrantedQoS2, packets(Suback)},
    {ReasonCode::DisconnectWithWillMessage, packets(Disconnect)},
    {ReasonCode::NoMatchingSubscribers, packets(Puback, Pubrec)},
    {ReasonCode::NoSubscriptionExisted, packets(Unsuback)},
    {ReasonCode::ContinueAuthentication, packets(Auth)},
    {ReasonCode::ReAuthenticate, packets(Auth)},
    {ReasonCode::UnspecifiedError, packets(Connack, Puback, Pubrec, Suback, Unsuback, Disconnect)},
    {ReasonCode::MalformedPacket, packets(Connack, Disconnect)},
    {ReasonCode::ProtocolError, packets(Connack, Disconnect)},
    {ReasonCode::ImplementationSpecificError, packets(Connack, Puback, Pubrec, Suback, Unsuback, Disconnect)},
    {ReasonCode::UnsupportedProtocolVersion, packets(Connack)},
    {ReasonCode::ClientIdentifierNotValid, packets(Connack)},
    {ReasonCode::BadUserNameOrPassword, packets(Connack)},
    {ReasonCode::NotAuthorized, packets(Connack, Puback, Pubrec, Suback, Unsuback, Disconnect)},
    {ReasonCode::ServerUnavailable, packets(Connack)},
    {ReasonCode::ServerBusy, packets(Connack, Disconnect)},
    {ReasonCode::Banned, packets(Connack)},
    {ReasonCode::ServerShuttingDown, packets(Disconnect)},
    {ReasonCode::BadAuthenticationMethod, packets(Connack, Disconnect)},
    {ReasonCode::KeepAliveTimeout, packets(Disconnect)},
    {ReasonCode::SessionTakenOver, packets(Disconnect)},
    {ReasonCode::TopicFilterInvalid, packets(Suback, Unsuback, Disconnect)},
    {ReasonCode::TopicNameInvalid, packets(Connack, Puback, Pubrec, Disconnect)},
    {ReasonCode::PacketIdentifierInUse, packets(Puback, Pubrec, Suback, Unsuback)},
    {ReasonCode::PacketIdentifierNotFound, packets(Pubrel, Pubcomp)},
    {ReasonCode::ReceiveMaximumExceeded, packets(Disconnect)},
    {ReasonCode::TopicAliasInvalid, packets(Disconnect)},
    {ReasonCode::PacketTooLarge, packets(Connack, Disconnect)},
    {ReasonCode::MessageRateTooHigh, packets(Disconnect)},
    {ReasonCode::QuotaExceeded, packets(Connack, Puback, Pubrec, Suback, Disconnect)},
    {ReasonCode::AdministrativeAction, packets(Disconnect)},
    {ReasonCode::PayloadFormatInvalid, packets(Connack, Puback, Pubrec, Disconnect)},
    {ReasonCode::RetainNotSupported, packets(Connack, Disconnect)},
    {ReasonCode::QoSNotSupported, packets(Connack, Disconnect)},
    {ReasonCode::UseAnotherServer, packets(Connack, Disconnect)},
    {ReasonCode::ServerMoved, packets(Connack, Disconnect)},
    {ReasonCode::SharedSubscriptionsNotSupported, packets(Suback, Disconnect)},
    {ReasonCode::ConnectionRateExceeded, packets(Connack, Disconnect)},
    {ReasonCode::MaximumConnectTime, packets(Disconnect)},
    {ReasonCode::SubscriptionIdentifiersNotSupported, packets(Suback, Disconnect)},
    {ReasonCode::WildcardSubscriptionsNotSupported, packets(Suback, Disconnect)},
};

constexpr auto kPacketsByCode = [] {
  std::array<PacketSet, 256> by_code{};
  for (const Row& row : kRows)
    by_code[static_cast<std::uint8_t>(row.code)] = row.packets;
  return by_code;
}();

}  // namespace

bool is_reason_code_of(PacketType type, std::uint8_t byte) {
  return (kPacketsByCode[byte] & packets(type)) != 0;
}

ReasonCode reason_code_for(PacketType type, ReasonCode reason) {
  return is_reason_code_of(type, static_cast<std::uint8_t>(reason)) ? reason : ReasonCode::UnspecifiedError;
}

Result<ReasonCode> read_reason_code(ByteReader& in, PacketType type) {
  const auto byte = in.u8();
  if (!byte) return garbage("reason code missing");
  if (!is_reason_code_of(type, *byte)) return protocol_error("a reason code that this packet does not have");
  return static_cast<ReasonCode>(*byte);
}

}  // namespace mqtt
