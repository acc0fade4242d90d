"""Values rendered as Discord messages: pure functions, (values, ``Text``) -> ``Layout``.

Whatever an interview contains, a layout stays within Discord's limits (``bot.ui.layout``) and shows
the article's text literally (``bot.ui.markdown``).
"""
