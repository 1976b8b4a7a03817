// The numbers by which servers refuse, in words: those of a CONNACK before 5.0 (1 to 5) and all of 5.0's.
import { Reason } from '../generated/reason-codes.ts';

/** The texts are MQTT.js's. */
export const ReasonCodes: Readonly<Record<number, string>> = {
  0: '',
  1: 'Unacceptable protocol version',
  2: 'Identifier rejected',
  3: 'Server unavailable',
  4: 'Bad username or password',
  5: 'Not authorized',
  16: 'No matching subscribers',
  17: 'No subscription existed',
  128: 'Unspecified error',
  129: 'Malformed Packet',
  130: 'Protocol Error',
  131: 'Implementation specific error',
  132: 'Unsupported Protocol Version',
  133: 'Client Identifier not valid',
  134: 'Bad User Name or Password',
  135: 'Not authorized',
  136: 'Server unavailable',
  137: 'Server busy',
  138: 'Banned',
  139: 'Server shutting down',
  140: 'Bad authentication method',
  141: 'Keep Alive timeout',
  142: 'Session taken over',
  143: 'Topic Filter invalid',
  144: 'Topic Name invalid',
  145: 'Packet identifier in use',
  146: 'Packet Identifier not found',
  147: 'Receive Maximum exceeded',
  148: 'Topic Alias invalid',
  149: 'Packet too large',
  150: 'Message rate too high',
  151: 'Quota exceeded',
  152: 'Administrative action',
  153: 'Payload format invalid',
  154: 'Retain not supported',
  155: 'QoS not supported',
  156: 'Use another server',
  157: 'Server moved',
  158: 'Shared Subscriptions not supported',
  159: 'Connection rate exceeded',
  160: 'Maximum connect time',
  161: 'Subscription Identifiers not supported',
  162: 'Wildcard Subscriptions not supported',
};

const returnCodes: Readonly<Record<number, number>> = {
  [Reason.UnsupportedProtocolVersion]: 1,
  [Reason.ClientIdentifierNotValid]: 2,
  [Reason.ServerUnavailable]: 3,
  [Reason.BadUserNameOrPassword]: 4,
  [Reason.NotAuthorized]: 5,
};

/** The return code that a CONNACK before 5.0 has for a reason of 5.0. */
export function returnCodeOf(reasonCode: number): number {
  return returnCodes[reasonCode] ?? reasonCode;
}

/** Whether a reason code says that something failed. */
export function isFailure(reasonCode: number): boolean {
  return reasonCode >= Reason.UnspecifiedError;
}
