"""Replies as people write them, by the languages of the country, with what each means.

`A` acts at once (exact or inferred), `?` a person has to read it.
"""

VI, US, FR = ("vi", "en"), ("en", "es"), ("fr", "en")

OUT = {
    VI: (
        "STOP", "stop", "Stop.", "Stop!!!", "STOP STOP STOP", "S T O P", "s.t.o.p", "ＳＴＯＰ", "🛑 stop 🛑",
        "stop nha shop", "Stop giùm em", "stop nhé", "please stop", "TC", "tc", "Tc.", "tc nhe", "TC ạ",
        "Soạn TC gửi 1313", "soan tc gui 1313", "nhắn tin TC gửi 1313", "TC2", "TCQC", "TC QC", "tc qc nha",
        "Từ chối", "từ chối ạ", "TU CHOI", "tu choi qc", "Từ chối quảng cáo", "TUCHOI", "xin từ chối",
        "Em từ chối nhé", "tôi từ chối", "Vui lòng từ chối", "HUY", "Hủy", "huỷ", "hủy nhé shop", "xin hủy",
        "cho em huỷ", "Cho mình hủy với", "làm ơn hủy giúp", "hủy đăng ký", "Hủy đăng ký ạ",
        "huy dk", "NO", "no thanks", "Ngừng", "ngung lai", "Ngưng", "ngừng gửi", "ngừng nhận tin", "Dừng lại",
        "dừng", "dừng đi", "Unsubscribe", "unsub", "optout", "opt-out", "opt out please", "quit", "cancel",
        "TC TAT CA", "hủy tất cả", "Từ chối tất cả ạ",
    ),
    US: (
        "STOP", "Stop", "stop.", "Stop. Thank you", "STOP please", "Please stop", "stop pls", "STOP!!!!",
        "“STOP”", "'stop'", "Stop now", "STOP IT", "stop texting me", "Stop sending", "stop messages",
        "STOP ALL", "stopall", "QUIT", "quit please", "END", "End.", "REVOKE", "revoke all", "OPT OUT",
        "opt-out", "Optout", "CANCEL", "cancel please", "UNSUBSCRIBE", "unsubscribe please", "Unsub", "REMOVE",
        "remove please", "stop\nSent from my iPhone", "Hi, please stop, thanks",
        "I want to unsubscribe", "could you stop", "STOP to 53849", "Reply STOP", "text STOP", "stop stop",
        "stop, unsubscribe", "stop ❤️", "ALTO", "alto por favor", "Alto.", "PARAR", "parar porfa", "BAJA",
        "quiero darme de baja", "CANCELAR", "cancelar gracias", "no más", "DETENER", "basta", "pare ya",
        "desuscribirme",
    ),
    FR: (
        "STOP", "stop", "Stop merci", "STOP svp", "Stop s'il vous plaît", "STOP SMS", "stop pub", "STOP au 36200",
        "Arrêt", "ARRET", "arret svp", "Arrêter", "arrêtez", "désabonner", "Me désabonner", "Désabonnez-moi",
        "je veux me désabonner", "désinscription", "Désinscription merci", "résilier", "Annuler", "FIN",
        "Bonjour, stop, merci", "unsubscribe", "STOP TOUT",
    ),
}  # fmt: skip
IN = {
    VI: ("DK", "đk", "Đăng ký", "đồng ý", "Đồng ý ạ", "dong y", "YES", "Y", "ok", "Ok shop", "START", "UNSTOP"),
    US: ("START", "start please", "UNSTOP", "YES", "Yes please", "Sí", "si", "ALTA", "subscribe", "opt in"),
    FR: ("START", "OUI", "oui merci", "d'accord", "J'accepte", "reprendre"),
}  # fmt: skip
HELP = {
    VI: ("HELP", "help me", "Trợ giúp", "xin trợ giúp ạ", "TG", "HD", "hướng dẫn"),
    US: ("HELP", "Help!", "help please", "INFO", "ayuda", "Ayuda por favor"),
    FR: ("AIDE", "aide svp", "HELP", "infos"),
}
REVIEW = {
    VI: (
        "Đừng gửi tin nhắn cho tôi nữa", "đừng nhắn tin nữa shop ơi", "toi khong muon nhan tin nua",
        "spam hoài", "làm phiền quá", "DUNG", "stpo", "sao cứ nhắn hoài, stop đi mà", "Từ chối nhận mọi thứ của shop",
        "Tôi không nhận tin này", "quấy rối vừa thôi", "xoá số tôi đi", "nhầm số rồi",
    ),
    US: (
        "STOP THE 10 pm messages", "please stop texting me at night", "I told you to unsubscribe me from this",
        "don't text me again", "leave me alone", "wrong number", "who is this? stop", "take me off your list",
        "not interested", "STPO", "stopp", "stooooop", "unsubcribe", "STOP 12345", "never signed up for this",
        "cancel my subscription", "no quiero más mensajes", "numero equivocado", "dejen de escribirme",
    ),
    FR: (
        "Arrêtez de m'envoyer des SMS", "laissez-moi tranquille", "je ne veux plus recevoir vos messages",
        "plus de pub svp", "mauvais numéro", "STOP aux messages du soir", "marre de vos sms",
    ),
}  # fmt: skip
NOTHING = {
    VI: (
        "Hủy đơn hàng", "huy don 12345", "huỷ vé", "Đúng", "đúng rồi", "dùng", "nợ", "cảm ơn", "Bao giờ giao hàng?",
        "shop ơi còn hàng không", "", "🙂", "!!!", "1", "0912345678", "Giá bao nhiêu vậy?",
    ),
    US: (
        "no", "ok", "thanks", "the end", "I want to cancel my order", "What time do you open?", "top", "shop", "👍",
        "Great deal", "Gracias", "¿A qué hora abren?",
    ),
    FR: ("merci", "Bonjour", "annuler ma commande", "à quelle heure ?", "ok", "👍"),
}  # fmt: skip
