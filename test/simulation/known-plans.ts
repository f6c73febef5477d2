import type { HistoryPlan } from "@syncline/core/testing"

/** A history that once broke a promise, as small as it got. */
export interface KnownPlan {
  readonly name: string
  readonly scenario: string
  readonly plan: HistoryPlan
}

/** Each stays, so that what it found does not come back. */
export const knownPlans: readonly KnownPlan[] = [
  {
    name: "a damaged commit of a document that was not here left an empty one, and roots differed for ever",
    scenario: "hostile",
    plan: {
      seed: 473,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 2,
      smallFrames: true,
      someGranted: false,
      rates: {},
      steps: [
        { do: "act", machine: 30, document: 29, action: "burst", draw: 1613263441, pauseMs: 0 },
        { do: "act", machine: 52, document: 45, action: "delete", draw: 3278589519, pauseMs: 392 }
      ],
      firing: { forge: [6] }
    }
  },
  {
    name: "a process that died of a read while it dialed left a link that nobody dialed anew",
    scenario: "disks",
    plan: {
      seed: 3,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0]
      ],
      retainCommits: 8,
      smallFrames: false,
      someGranted: false,
      rates: {},
      steps: [{ do: "act", machine: 23, document: 47, action: "set", draw: 2532402973, pauseMs: 56 }],
      firing: { crashAtRead: [2] }
    }
  },
  {
    name: "an honest copy of commits, in one batch with one under a wrong hash, was put aside where they were known",
    scenario: "hostile",
    plan: {
      seed: 40002860,
      machines: 3,
      lines: [
        [1, 0],
        [2, 1],
        [0, 2]
      ],
      retainCommits: 2,
      smallFrames: false,
      someGranted: false,
      rates: {},
      firing: { forge: [77, 239] },
      steps: [
        { do: "fold", machine: 55, document: 29, draw: 2308792950, pauseMs: 0 },
        { do: "act", machine: 41, document: 12, action: "push", draw: 2537911070, pauseMs: 36 },
        { do: "act", machine: 27, document: 62, action: "burst", draw: 4270060498, pauseMs: 7 },
        { do: "fold", machine: 56, document: 50, draw: 846843158, pauseMs: 42 },
        { do: "act", machine: 21, document: 36, action: "large", draw: 3235002075, pauseMs: 0 },
        { do: "act", machine: 16, document: 53, action: "remove", draw: 2506507322, pauseMs: 26 },
        { do: "act", machine: 12, document: 16, action: "push", draw: 3238641848, pauseMs: 0 },
        { do: "act", machine: 25, document: 40, action: "set", draw: 2281908850, pauseMs: 189 },
        { do: "act", machine: 26, document: 37, action: "remove", draw: 727179236, pauseMs: 1777 },
        { do: "act", machine: 26, document: 20, action: "set", draw: 86454285, pauseMs: 8 },
        { do: "act", machine: 3, document: 53, action: "burst", draw: 172709384, pauseMs: 131 },
        { do: "act", machine: 31, document: 26, action: "set", draw: 1832477998, pauseMs: 0 },
        { do: "act", machine: 14, document: 23, action: "nest", draw: 1025895680, pauseMs: 0 },
        { do: "act", machine: 36, document: 32, action: "push", draw: 1242715348, pauseMs: 34 },
        { do: "act", machine: 20, document: 24, action: "nest", draw: 2184199319, pauseMs: 0 },
        { do: "act", machine: 11, document: 11, action: "remove", draw: 3427039890, pauseMs: 491 },
        { do: "act", machine: 63, document: 46, action: "push", draw: 2092548030, pauseMs: 46 },
        { do: "act", machine: 9, document: 12, action: "push", draw: 2143008758, pauseMs: 0 },
        { do: "act", machine: 8, document: 26, action: "push", draw: 2882275335, pauseMs: 47 },
        { do: "act", machine: 54, document: 23, action: "burst", draw: 3089096867, pauseMs: 18 },
        { do: "act", machine: 22, document: 27, action: "delete", draw: 2793130975, pauseMs: 317 },
        { do: "act", machine: 53, document: 12, action: "large", draw: 2133779403, pauseMs: 0 },
        { do: "act", machine: 5, document: 14, action: "push", draw: 373821068, pauseMs: 8 },
        { do: "reopen", machine: 23, document: 28, draw: 1992908070, pauseMs: 30 },
        { do: "act", machine: 37, document: 52, action: "burst", draw: 3781209597, pauseMs: 0 },
        { do: "act", machine: 36, document: 51, action: "remove", draw: 2841818527, pauseMs: 34 },
        { do: "act", machine: 32, document: 25, action: "delete", draw: 733916906, pauseMs: 20 },
        { do: "act", machine: 47, document: 6, action: "set", draw: 307794671, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a snapshot that came while another waited for a full disk left a document that no retry wrote",
    scenario: "disks",
    plan: {
      seed: 41062563,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0],
        [0, 2]
      ],
      retainCommits: 2,
      smallFrames: true,
      someGranted: false,
      rates: {},
      firing: { slowDisk: [2, 37, 59, 203], tornAppend: [18], crashAtRead: [114] },
      steps: [
        { do: "reopen", machine: 27, document: 14, draw: 1045470594, pauseMs: 0 },
        { do: "act", machine: 5, document: 43, action: "nest", draw: 905214043, pauseMs: 0 },
        { do: "act", machine: 13, document: 13, action: "remove", draw: 548842703, pauseMs: 0 },
        { do: "act", machine: 48, document: 51, action: "large", draw: 3883153434, pauseMs: 0 },
        { do: "act", machine: 43, document: 11, action: "delete", draw: 2478668867, pauseMs: 557 },
        { do: "act", machine: 33, document: 12, action: "large", draw: 4168647046, pauseMs: 54 },
        { do: "act", machine: 33, document: 47, action: "push", draw: 1992431545, pauseMs: 41 },
        { do: "act", machine: 38, document: 29, action: "push", draw: 518207619, pauseMs: 6 },
        { do: "act", machine: 51, document: 30, action: "delete", draw: 2209577555, pauseMs: 3 },
        { do: "act", machine: 16, document: 56, action: "push", draw: 778545584, pauseMs: 0 },
        { do: "act", machine: 29, document: 5, action: "push", draw: 3144083801, pauseMs: 184 },
        { do: "act", machine: 37, document: 46, action: "nest", draw: 126710568, pauseMs: 32 },
        { do: "act", machine: 1, document: 46, action: "delete", draw: 458770692, pauseMs: 0 },
        { do: "act", machine: 15, document: 61, action: "push", draw: 2058956859, pauseMs: 0 },
        { do: "act", machine: 13, document: 7, action: "large", draw: 2306255707, pauseMs: 0 },
        { do: "act", machine: 19, document: 36, action: "push", draw: 3884075643, pauseMs: 6 },
        { do: "act", machine: 49, document: 6, action: "nest", draw: 170869386, pauseMs: 9 },
        { do: "act", machine: 1, document: 62, action: "push", draw: 2755511903, pauseMs: 8 },
        { do: "act", machine: 1, document: 0, action: "delete", draw: 272520253, pauseMs: 0 },
        { do: "act", machine: 31, document: 12, action: "set", draw: 1293630198, pauseMs: 312 },
        { do: "act", machine: 51, document: 17, action: "push", draw: 2033553082, pauseMs: 0 },
        { do: "act", machine: 56, document: 3, action: "large", draw: 2378005810, pauseMs: 608 },
        { do: "act", machine: 57, document: 31, action: "delete", draw: 3862693762, pauseMs: 0 },
        { do: "crash", at: 52, draw: 916454850, pauseMs: 33 },
        { do: "act", machine: 9, document: 49, action: "set", draw: 3356732624, pauseMs: 0 },
        { do: "diskFull", at: 35, draw: 3032758186, pauseMs: 0 },
        { do: "act", machine: 7, document: 54, action: "nest", draw: 3547108641, pauseMs: 0 },
        { do: "act", machine: 32, document: 10, action: "delete", draw: 2371339269, pauseMs: 2152 }
      ]
    }
  },
  {
    name: "who was put back took commits of its own with the branch of another, and went on under that name",
    scenario: "automerge",
    plan: {
      seed: 41058361,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0]
      ],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: true,
      rates: {},
      firing: {
        forge: [7, 46, 229, 240, 277],
        crashAfterAppend: [11, 73],
        drop: [44, 80, 89, 172, 206],
        splice: [150],
        appendError: [59]
      },
      steps: [
        { do: "reopen", machine: 46, document: 2, draw: 3381852014, pauseMs: 0 },
        { do: "act", machine: 24, document: 62, action: "large", draw: 631348018, pauseMs: 254 },
        { do: "act", machine: 43, document: 42, action: "burst", draw: 1390415628, pauseMs: 273 },
        { do: "act", machine: 26, document: 41, action: "burst", draw: 2394085502, pauseMs: 0 },
        { do: "act", machine: 21, document: 2, action: "large", draw: 2329937719, pauseMs: 0 },
        { do: "act", machine: 29, document: 24, action: "remove", draw: 2749541600, pauseMs: 1744 },
        { do: "restoreMachine", at: 62, draw: 3775831781, pauseMs: 0 },
        { do: "act", machine: 63, document: 0, action: "nest", draw: 435203530, pauseMs: 5 },
        { do: "regrant", at: 41, draw: 358233266, pauseMs: 0 },
        { do: "act", machine: 27, document: 6, action: "large", draw: 2605157375, pauseMs: 1213 },
        { do: "act", machine: 24, document: 60, action: "nest", draw: 3139121877, pauseMs: 4 },
        { do: "heal", draw: 835317490, pauseMs: 79 },
        { do: "act", machine: 11, document: 2, action: "remove", draw: 370149906, pauseMs: 41 },
        { do: "act", machine: 53, document: 9, action: "set", draw: 115332498, pauseMs: 16 },
        { do: "act", machine: 29, document: 30, action: "set", draw: 3636793899, pauseMs: 0 },
        { do: "reopen", machine: 30, document: 30, draw: 795639855, pauseMs: 181 },
        { do: "act", machine: 48, document: 21, action: "push", draw: 3097315665, pauseMs: 1205 },
        { do: "act", machine: 17, document: 30, action: "delete", draw: 1328689684, pauseMs: 0 },
        { do: "restoreMachine", at: 52, draw: 1192532443, pauseMs: 1180 },
        { do: "act", machine: 3, document: 4, action: "delete", draw: 529330005, pauseMs: 40 },
        { do: "act", machine: 55, document: 20, action: "set", draw: 2924684628, pauseMs: 0 },
        { do: "act", machine: 0, document: 40, action: "large", draw: 2492266092, pauseMs: 27 },
        { do: "act", machine: 42, document: 1, action: "remove", draw: 131965929, pauseMs: 42 },
        { do: "act", machine: 55, document: 32, action: "nest", draw: 548017465, pauseMs: 59 },
        { do: "act", machine: 9, document: 33, action: "set", draw: 1205463944, pauseMs: 1 },
        { do: "act", machine: 42, document: 46, action: "remove", draw: 3748156175, pauseMs: 39 },
        { do: "act", machine: 5, document: 1, action: "set", draw: 3755423297, pauseMs: 4 },
        { do: "act", machine: 15, document: 7, action: "delete", draw: 269277450, pauseMs: 0 },
        { do: "act", machine: 15, document: 38, action: "burst", draw: 3968113219, pauseMs: 0 },
        { do: "act", machine: 38, document: 29, action: "nest", draw: 2656211363, pauseMs: 928 },
        { do: "act", machine: 3, document: 6, action: "remove", draw: 1938774950, pauseMs: 0 },
        { do: "act", machine: 14, document: 4, action: "set", draw: 3599981899, pauseMs: 0 },
        { do: "cloneMachine", at: 56, draw: 121244515, pauseMs: 0 },
        { do: "act", machine: 14, document: 55, action: "burst", draw: 4216071567, pauseMs: 42 },
        { do: "act", machine: 11, document: 59, action: "set", draw: 1628633748, pauseMs: 9 },
        { do: "act", machine: 40, document: 35, action: "burst", draw: 230094573, pauseMs: 0 },
        { do: "act", machine: 31, document: 40, action: "burst", draw: 1257175692, pauseMs: 0 },
        { do: "act", machine: 52, document: 3, action: "burst", draw: 3586105567, pauseMs: 248 },
        { do: "act", machine: 14, document: 14, action: "set", draw: 2836382531, pauseMs: 0 },
        { do: "reopen", machine: 5, document: 37, draw: 1376710048, pauseMs: 523 },
        { do: "crash", at: 47, draw: 2046892489, pauseMs: 0 },
        { do: "act", machine: 16, document: 59, action: "set", draw: 1986503508, pauseMs: 0 },
        { do: "act", machine: 61, document: 43, action: "set", draw: 3382692340, pauseMs: 469 },
        { do: "restoreMachine", at: 24, draw: 1224328188, pauseMs: 0 }
      ]
    }
  },
  {
    name: "what a machine had sent before it was wiped was still being taken in when all were found equal",
    scenario: "fields",
    plan: {
      seed: 43032789,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: false,
      someGranted: true,
      rates: {},
      firing: { slowDisk: [20, 28, 45], forge: [5], splice: [10] },
      steps: [
        { do: "act", machine: 42, document: 26, action: "remove", draw: 26382395, pauseMs: 0 },
        { do: "act", machine: 23, document: 61, action: "tag", draw: 258988745, pauseMs: 0 },
        { do: "act", machine: 25, document: 39, action: "tag", draw: 2605777960, pauseMs: 0 },
        { do: "flap", at: 63, draw: 2321897801, pauseMs: 0 },
        { do: "wipe", at: 14, draw: 2744287956, pauseMs: 0 },
        { do: "act", machine: 3, document: 6, action: "remove", draw: 1124358486, pauseMs: 52 },
        { do: "powerLoss", at: 9, draw: 470757501, pauseMs: 562 },
        { do: "regrant", at: 6, draw: 531065305, pauseMs: 46 },
        { do: "act", machine: 16, document: 5, action: "vote", draw: 2878294638, pauseMs: 264 },
        { do: "wipe", at: 1, draw: 430061093, pauseMs: 0 },
        { do: "act", machine: 47, document: 36, action: "tag", draw: 2521659497, pauseMs: 316 }
      ]
    }
  },
  {
    name: "a piece of a branch that had lost, and then all of it, in one batch: its second commit went onto the first of the other",
    scenario: "fields",
    plan: {
      seed: 46023077,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: false,
      rates: {},
      firing: { forge: [48, 62, 88], slowDisk: [81, 104, 120], drop: [22, 56, 71, 84], truncate: [52] },
      steps: [
        { do: "restoreMachine", at: 40, draw: 3116218760, pauseMs: 0 },
        { do: "act", machine: 52, document: 35, action: "remove", draw: 324175258, pauseMs: 152 },
        { do: "act", machine: 4, document: 38, action: "remove", draw: 2738310941, pauseMs: 575 },
        { do: "act", machine: 9, document: 3, action: "type", draw: 982613995, pauseMs: 54 },
        { do: "act", machine: 3, document: 37, action: "type", draw: 1535416473, pauseMs: 43 },
        { do: "act", machine: 58, document: 55, action: "vote", draw: 1571045657, pauseMs: 0 },
        { do: "act", machine: 12, document: 47, action: "type", draw: 1757847855, pauseMs: 2 },
        { do: "act", machine: 15, document: 51, action: "vote", draw: 133257503, pauseMs: 1785 },
        { do: "act", machine: 60, document: 8, action: "tag", draw: 145479613, pauseMs: 35 },
        { do: "restoreMachine", at: 38, draw: 2665693585, pauseMs: 8 },
        { do: "act", machine: 25, document: 1, action: "remove", draw: 369871146, pauseMs: 524 },
        { do: "act", machine: 12, document: 57, action: "vote", draw: 2546567930, pauseMs: 0 },
        { do: "skew", at: 60, draw: 530029883, pauseMs: 1852 },
        { do: "act", machine: 8, document: 1, action: "tag", draw: 451720135, pauseMs: 0 },
        { do: "cloneMachine", at: 26, draw: 895234752, pauseMs: 2620 }
      ]
    }
  },
  {
    name: "a document that may not be sent, written on both sides under one name, was asked for and put aside without end",
    scenario: "fields",
    plan: {
      seed: 54000439,
      machines: 3,
      lines: [
        [1, 0],
        [2, 0]
      ],
      retainCommits: 1000000,
      smallFrames: false,
      someGranted: false,
      rates: {},
      firing: { forge: [24], cut: [41], halfOpen: [83] },
      steps: [
        { do: "restoreBackup", at: 39, draw: 2745302736, pauseMs: 0 },
        { do: "act", machine: 1, document: 29, action: "vote", draw: 1030505208, pauseMs: 2627 },
        { do: "hide", at: 43, draw: 2261841835, pauseMs: 34 },
        { do: "act", machine: 47, document: 9, action: "remove", draw: 2080648886, pauseMs: 54 },
        { do: "forbid", at: 56, draw: 2554929864, pauseMs: 52 },
        { do: "act", machine: 0, document: 38, action: "type", draw: 3402337317, pauseMs: 579 },
        { do: "act", machine: 9, document: 35, action: "type", draw: 384632816, pauseMs: 8 },
        { do: "restoreMachine", at: 51, draw: 1721868380, pauseMs: 491 },
        { do: "act", machine: 42, document: 55, action: "tag", draw: 3546543702, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a link on which nothing came any more was held by credentials that were renewed in time",
    scenario: "automerge",
    plan: {
      seed: 54001330,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: true,
      rates: {},
      firing: { drop: [0], slowDisk: [19], reorder: [11], forge: [17] },
      steps: [
        { do: "act", machine: 49, document: 7, action: "set", draw: 3010706687, pauseMs: 0 },
        { do: "expired", at: 14, draw: 3210338085, pauseMs: 0 },
        { do: "reopen", machine: 53, document: 8, draw: 229676360, pauseMs: 0 },
        { do: "act", machine: 6, document: 32, action: "nest", draw: 791826445, pauseMs: 515 }
      ]
    }
  },
  {
    name: "what was written while a link greeted was left out of a catch-up, for the roots before had been equal",
    scenario: "identity",
    plan: {
      seed: 56006854,
      machines: 2,
      lines: [[1, 0]],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: false,
      rates: {},
      firing: { cut: [26] },
      steps: [
        { do: "act", machine: 5, document: 59, action: "burst", draw: 3448936075, pauseMs: 187 },
        { do: "copyStore", at: 5, draw: 2941066491, pauseMs: 0 },
        { do: "act", machine: 41, document: 16, action: "burst", draw: 1495020632, pauseMs: 0 },
        { do: "act", machine: 42, document: 51, action: "delete", draw: 3606794336, pauseMs: 183 },
        { do: "act", machine: 0, document: 3, action: "large", draw: 951409981, pauseMs: 0 }
      ]
    }
  },
  {
    name: "a liar said that no protocol is common, and the link waited longer than a fleet is given to heal",
    scenario: "fields",
    plan: {
      seed: 58000485,
      machines: 4,
      lines: [
        [1, 0],
        [2, 0],
        [3, 0]
      ],
      retainCommits: 1000000,
      smallFrames: true,
      someGranted: true,
      rates: {},
      firing: {
        slowDisk: [95, 107, 160],
        drop: [7, 76, 122, 165, 170, 205],
        forge: [51, 63, 116, 214, 238],
        reorder: [170, 238],
        cut: [28],
        truncate: [29, 34, 146, 161, 226],
        halfOpen: [39],
        flip: [52, 100]
      },
      steps: [
        { do: "act", machine: 6, document: 22, action: "type", draw: 2476946887, pauseMs: 54 },
        { do: "act", machine: 14, document: 58, action: "remove", draw: 4280689335, pauseMs: 0 },
        { do: "act", machine: 32, document: 30, action: "vote", draw: 3226033362, pauseMs: 0 },
        { do: "act", machine: 15, document: 8, action: "tag", draw: 3210144427, pauseMs: 0 },
        { do: "act", machine: 40, document: 58, action: "vote", draw: 1307360324, pauseMs: 2981 },
        { do: "act", machine: 24, document: 14, action: "tag", draw: 4136646370, pauseMs: 1316 },
        { do: "act", machine: 8, document: 28, action: "vote", draw: 3904483757, pauseMs: 6 },
        { do: "act", machine: 17, document: 13, action: "remove", draw: 1013051945, pauseMs: 2835 },
        { do: "act", machine: 14, document: 5, action: "vote", draw: 2503768217, pauseMs: 0 },
        { do: "skew", at: 1, draw: 2237996737, pauseMs: 1678 },
        { do: "act", machine: 24, document: 17, action: "tag", draw: 248816694, pauseMs: 41 },
        { do: "restoreBackup", at: 29, draw: 3011687601, pauseMs: 0 },
        { do: "act", machine: 33, document: 53, action: "vote", draw: 3591088880, pauseMs: 2744 },
        { do: "diskFull", at: 46, draw: 3874711249, pauseMs: 0 },
        { do: "act", machine: 40, document: 5, action: "vote", draw: 1251360989, pauseMs: 1307 }
      ]
    }
  }
]
