// What the host says about a decision -> the properties of the packet that tells the client.
#pragma once

#include "mqtt/broker/broker_authority.h"

namespace mqtt {

// Each answers nothing where no packet can carry what is said. Views of what is handed in.
Properties sayable(Properties said);
Properties said_by(const Permission& permission);
Properties said_by(const Verdict& verdict);

}  // namespace mqtt
